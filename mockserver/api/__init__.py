"""The operations' functions: parse, ask the domain, shape the answer; a module per API."""

import importlib

MODULES = (
    "artifact_upload",
    "artifacts",
    "as_built_deployments",
    "as_built_releases",
    "audit_logs",
    "configuration",
    "configuration_download",
    "connect_deployments",
    "connections",
    "deployment_devices",
    "deployments",
    "devauth",
    "device_authentication",
    "device_configuration",
    "device_connect",
    "device_deployments",
    "device_inventory",
    "device_monitor",
    "dynamic_deployments",
    "integrations",
    "inventory",
    "inventory_search",
    "monitor",
    "older_deployments",
    "releases",
    "remote_files",
    "tenant",
    "user_settings",
    "useradm",
    "users",
)


def load_functions() -> None:
    """Import every module, so that all functions are in the table."""
    for module in MODULES:
        importlib.import_module(f"{__name__}.{module}")
