"""What a notebook shows: magics, the editor, and outputs that stay."""
