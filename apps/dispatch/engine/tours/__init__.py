"""Tours: pickup and delivery with hard windows, planned ahead; as few vehicles as can be, then as little driving.

`search.solve_tours` is the way in: a `TourProblem` of plain arrays in, `Tours` out. It knows no geometry, no ids and
no unit of time. Tours are built and shortened by ruin (`ruin`) and recreate (`recreate`) under annealing (`annealing`);
vehicles are given up by guided ejection search (`ejection`, with `shake`). One operator a file; the kernels work on
`Tables`, which never change, and `Rows`, which they change in place.

This package imports numba when it is imported.
"""
