"""What others wrote and we use: the locked packages, their licences, known advisories, and the bills of materials."""
