"""A seeded grammar that writes reviews of one to five stars; see `classroom.standins.make_reviews`."""
