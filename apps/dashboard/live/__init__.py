"""Live pushes to the board: server-sent events fed by Redis, with polling as the way out."""
