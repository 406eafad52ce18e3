"""Results as JSON for the page, runs as CSV, one run as a script or a notebook."""
