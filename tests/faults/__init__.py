"""What Atlas does when processes, connections, disks and databases fail it."""
