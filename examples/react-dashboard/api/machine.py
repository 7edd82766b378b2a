"""What this machine is doing, as plain numbers. Sizes in bytes, shares from 0 to 100."""

import os
import platform
import shutil

import psutil


def snapshot():
    memory = psutil.virtual_memory()
    disk = shutil.disk_usage("/")
    return {
        "name": os.environ.get("DASHBOARD_NAME") or platform.node(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "processes": len(psutil.pids()),
        "gauges": [
            {"label": "Processor", "share": psutil.cpu_percent(interval=0.1)},
            {"label": "Memory", "share": memory.percent, "total": memory.total},
            {"label": "Disk", "share": round(100 * disk.used / disk.total, 1), "total": disk.total},
        ],
    }
