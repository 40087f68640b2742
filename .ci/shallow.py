"""What rustdoc says of the library, with types that lie deep in each other cut off: rules over lists of types nest them two hundred deep, and
cargo-semver-checks reads JSON of 128 levels. Both sides of a comparison are cut at the same place."""

import json
import sys

DEEPEST = 100
TYPES = {
    "resolved_path", "dyn_trait", "generic", "primitive", "function_pointer", "tuple", "slice", "array", "pat", "impl_trait",
    "raw_pointer", "borrowed_ref", "qualified_path",
}


def cut(value, depth=0):
    if isinstance(value, list):
        return [cut(item, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    if depth >= DEEPEST and len(value) == 1 and TYPES.issuperset(value):
        return "infer"
    return {name: cut(item, depth + 1) for name, item in value.items()}


json.dump(cut(json.load(sys.stdin)), sys.stdout)
