"""How large a practice folder may be. Each limit is far above the largest real folder and far below what hurts."""

FOLDER_FILES_MAX = 200
FOLDER_BYTES_MAX = 8_000_000
FILE_BYTES_MAX = 1_000_000
DEPTH_MAX = 32  # levels of lists and mappings in one YAML or JSON file
NODES_MAX = 50_000  # values in one YAML or JSON file
SCENARIO_STEPS_MAX = 1_000
SCENARIO_EVENTS_MAX = 20_000  # engine events of one scenario: a clock that restarts itself must not run for ever
FAULTS_PER_FILE_MAX = 100  # past this the rest of a file is noise
ANSWER_TEXT_MAX = 4_000  # characters of a text answer whose fact states no maxLength
ANSWER_ROWS_MAX = 500  # rows of a list answer whose fact states no maxItems
