"""Which of our files has which API of the current Mender reference."""

REFERENCE = {
    ("device", "Deployments"): "mender/devices/deployments-v1",
    ("device", "Deployments v2"): "mender/devices/deployments-v2",
    ("device", "Device authentication"): "mender/devices/authentication-v1",
    ("device", "Device configure"): "mender/devices/configuration-v1",
    ("device", "Device connect"): "mender/devices/connect-v1",
    ("device", "Device inventory"): "mender/devices/inventory-v1",
    ("device", "Device monitor"): "mender/devices/monitor-v1",
    ("management", "Audit Logs service"): "mender/management/auditlogs-v1",
    ("management", "Deployments"): "mender/management/deployments-v1",
    ("management", "Deployments v2"): "mender/management/deployments-v2",
    ("management", "Device authentication"): "mender/management/devauth-v2",
    ("management", "Device configure"): "mender/management/configuration-v1",
}
"""By its side and the document's name for it."""
