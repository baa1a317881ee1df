"""What a reader has to set before a file works on a cluster; everything else is the plan's."""

GATEWAY_CLASS = "edit-gateway-class"
ENDPOINT_PICKER = "edit-endpoint-picker"
CANARY_SERVICE = "edit-canary-service"
OPERATORS = "edit-operators-group"
STORAGE_URI = "s3://edit-bucket/edit-model"
HOST = "edit-me.example.com"  # the host of a plan that names none

# Each with what to put in its place; the README of a bundle lists those that occur in its files.
PLACEHOLDERS = {
    GATEWAY_CLASS: "the GatewayClass of your cluster (kubectl get gatewayclass)",
    ENDPOINT_PICKER: "the Service of the endpoint picker that you installed for the InferencePool",
    CANARY_SERVICE: "the Service of the other plan that gets a tenth of the requests",
    OPERATORS: "the group of people who operate the plan, as your identity provider names it",
    STORAGE_URI: "where your model is stored, with a scheme that KServe reads",
    HOST: "the host name under which clients reach the service",
}
