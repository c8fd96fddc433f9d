"""What is known about one person: found in every layer, and erased there when two people say so."""
