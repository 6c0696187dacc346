"""Says which exceptions from checkov are not needed any more.

    stale_skips.py CHECKOV TRANSLATED.json
"""

import json
import subprocess
import sys
from pathlib import Path

import yaml

checkov, translated = sys.argv[1:]
skipped = set(yaml.safe_load((Path(__file__).parent / "checkov.yaml").read_text(encoding="utf-8"))["skip-check"])
command = [checkov, "-f", translated, "--framework", "cloudformation", "--skip-download", "-o", "json", "--check", ",".join(sorted(skipped))]
answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
needed = {check["check_id"] for check in answer["results"]["failed_checks"]}
if skipped - needed:
    sys.exit(f"exceptions that are not needed: {', '.join(sorted(skipped - needed))}")
print(f"{len(needed)} exceptions, all needed")
