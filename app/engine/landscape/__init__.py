"""The loss landscape around a sweep, in five steps.

planes      choose the plane to look at: an origin and two directions in parameter space
box         choose which part of the plane the views show, and up to which loss
surface     compute the train loss on a grid over the box
projection  project trajectories onto the plane, and measure what the plane hides
slices      compute the train loss along each plane direction through a run's own parameters

The plane of a line is weight x bias and shows everything. Any other model has more parameters than
a picture has axes: unless the user chooses another plane, its plane starts at the initial
parameters that all runs share and passes through the end of the best run.
"""
