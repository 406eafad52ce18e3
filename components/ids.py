"""The ids of the elements that more than one module uses."""

# The views that have something of their own in Python; all are in app/domain/views.py.
LOSS_SURFACE = "loss-surface"
DESCENT_PATH = "descent-path"
CROSS_SECTIONS = "cross-sections"
FIT = "fit"
CURVES = "curves"

# Stores: what the browser asks for, what the server answered, and the first page's figures.
TRAIN_REQUEST = "train-request"
TRAIN_ANSWER = "train-answer"
INSPECT_REQUEST = "inspect-request"
INSPECT_ANSWER = "inspect-answer"
MAP_REQUEST = "map-request"
MAP_ANSWER = "map-answer"
SHARE_REQUEST = "share-request"
SHARE_ANSWER = "share-answer"
EXPORT_REQUEST = "export-request"
EXPORT_ANSWER = "export-answer"
OWN_REQUEST = "own-request"
OWN_ANSWER = "own-answer"
DOWNLOAD = "download"
# The lesson and the side panels, whose texts are sent when they are opened.
LESSON_TEXT = "lesson-text"
LESSON_TASK = "lesson-task"
CHAPTER_REQUEST = "chapter-request"
CHAPTER_ANSWER = "chapter-answer"
PANEL_REQUEST = "panel-request"
SIDE_BODY = "side-body"
# Those that Dash hands on; the page fetches the others itself, see assets/lab/state/backend.mjs.
ANSWERS = (TRAIN_ANSWER, EXPORT_ANSWER, CHAPTER_ANSWER)
# All stores that start empty.
STORES = (
    *(TRAIN_REQUEST, INSPECT_REQUEST, INSPECT_ANSWER, MAP_REQUEST, MAP_ANSWER),
    *(SHARE_REQUEST, SHARE_ANSWER, EXPORT_REQUEST, EXPORT_ANSWER, OWN_REQUEST, OWN_ANSWER),
    *(CHAPTER_REQUEST, CHAPTER_ANSWER, PANEL_REQUEST),
)
