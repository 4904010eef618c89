"""The screens: one view per operation, each of which parses, calls and renders."""
