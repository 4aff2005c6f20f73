"""Run lessons against repositories of the published size and layout, and show what then reads differently."""
