"""What the templates paint: the record arranged into rows, bars and lines. No markup, no words of ours."""
