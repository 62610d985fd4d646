"""What is never shipped to Lambda: the template, provisioning, deployment, the local emulator."""
