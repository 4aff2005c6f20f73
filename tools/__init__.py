"""What the course's makers run: installing, writing outputs, links, exercises and figures. Learners need none of it."""
