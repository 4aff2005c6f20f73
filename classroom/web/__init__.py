"""The pages that a person sees: rendered here, without JavaScript, without anything from elsewhere."""
