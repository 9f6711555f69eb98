"""Everything that touches the BPMN library: reading a diagram, refusing what it cannot run, moving tokens, saving them."""
