"""What runs in a cluster: the output of `kubectl get … -o json`, read without asking the cluster for anything."""
