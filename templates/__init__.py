"""What people read: message templates, documents and playbooks. Data, no logic."""
