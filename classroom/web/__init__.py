"""The web pages: rendered on the server, without JavaScript, without resources of other sites."""
