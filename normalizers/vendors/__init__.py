"""What each vendor's documents mean: one file or folder a vendor, one line in this list; pure functions and tables."""

from normalizers.reading import VendorMapping
from normalizers.vendors import credas, idenfy, idverse, solaris

MAPPINGS: dict[str, VendorMapping] = {
    mapping.vendor: mapping for mapping in (idenfy.MAPPING, idverse.MAPPING, solaris.MAPPING, credas.MAPPING)
}
