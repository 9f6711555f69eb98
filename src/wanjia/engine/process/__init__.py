"""All that touches the BPMN library: reading a diagram, refusing what cannot run, moving and saving tokens."""
