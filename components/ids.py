"""The names of the page's elements, each written once."""

# Controls.
LEARNING_RATE = "learning-rate"
LEARNING_RATE_VALUE = "learning-rate-value"
STRIP = "strip"
SEED = "seed"
HIDDEN_UNITS = "hidden-units"
DATASET = "dataset"
EPOCHS = "epochs"

# Timeline.
PLAYHEAD = "playhead"
PLAY = "play"

# Views.
LOSS_SURFACE = "loss-surface"
DESCENT_PATH = "descent-path"
CROSS_SECTIONS = "cross-sections"
FIT = "fit"
CURVES = "curves"
VIEWS = (LOSS_SURFACE, DESCENT_PATH, CROSS_SECTIONS, FIT, CURVES)

FACTS = "facts"
MESSAGE = "message"

# Stores: what the browser asks for, what the server answered, and the first page's figures.
TRAIN_REQUEST = "train-request"
TRAIN_ANSWER = "train-answer"
INSPECT_REQUEST = "inspect-request"
INSPECT_ANSWER = "inspect-answer"
# Client-side callbacks need an output; nobody reads these.
TRAIN_SEEN = "train-seen"
INSPECT_SEEN = "inspect-seen"
