"""Between the British National Grid and longitude and latitude by OSTN15, for arrays of coordinate pairs."""

import numpy as np
from convertbng.cutil import convert_bng, convert_lonlat
from numpy.typing import NDArray


def to_bng(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pairs of lon, lat in degrees to pairs of easting, northing in metres; shape (n, 2) both."""
    return np.column_stack(convert_bng(np.ascontiguousarray(lonlat[:, 0]), np.ascontiguousarray(lonlat[:, 1])))


def to_lonlat(bng: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pairs of easting, northing in metres to pairs of lon, lat in degrees; shape (n, 2) both."""
    return np.column_stack(convert_lonlat(np.ascontiguousarray(bng[:, 0]), np.ascontiguousarray(bng[:, 1])))
