"""The Seine reach by reach, from upstream to downstream, and the canals.

A reach is the middle of the river between two places where districts meet, so that the borders of the districts
that run along the river are the very same points.
"""

from apps.simulation.city.paris.lines import Line

SEINE_BEFORE: Line = (
    (48.7960, 2.4140),
    (48.8030, 2.4165),
    (48.8100, 2.4145),
    (48.8155, 2.4095),
    (48.8195, 2.4025),
    (48.8230, 2.3965),
    (48.8262, 2.3905),
)
MARNE: Line = ((48.8160, 2.4300), (48.8175, 2.4210), (48.8168, 2.4145), (48.8150, 2.4105))

# 12e | 13e: from the Périphérique (Pont Amont) past National, Tolbiac, Bercy and Charles-de-Gaulle bridges
REACH_BERCY: Line = (
    (48.8262, 2.3905),
    (48.8284, 2.3858),
    (48.8308, 2.3826),
    (48.8333, 2.3800),
    (48.8356, 2.3774),
    (48.8379, 2.3745),
    (48.8402, 2.3715),
    (48.8425, 2.3687),
    (48.8441, 2.3668),
)
# 5e | 12e: the Austerlitz bridges
REACH_AUSTERLITZ: Line = ((48.8441, 2.3668), (48.8452, 2.3654), (48.8468, 2.3631))
# 4e | 5e, then 1er | 6e: the southern arm
SOUTHERN_ARM_SULLY: Line = (
    (48.8468, 2.3631),
    (48.8484, 2.3601),
    (48.8494, 2.3580),
    (48.8504, 2.3553),
    (48.8513, 2.3521),
    (48.8523, 2.3496),
    (48.8532, 2.3472),
    (48.8540, 2.3448),
)
SOUTHERN_ARM_MINT: Line = (
    (48.8540, 2.3448),
    (48.8550, 2.3429),
    (48.8562, 2.3408),
    (48.8574, 2.3387),
    (48.8580, 2.3378),
)
# 1er | 6e, then 1er | 7e: the Louvre
REACH_ARTS: Line = ((48.8580, 2.3378), (48.8586, 2.3362), (48.8596, 2.3327))
REACH_LOUVRE: Line = ((48.8596, 2.3327), (48.8606, 2.3293), (48.8616, 2.3254), (48.8629, 2.3212))
# 7e | 8e: Concorde, Alexandre-III, Invalides, Alma
REACH_CONCORDE: Line = (
    (48.8629, 2.3212),
    (48.8635, 2.3190),
    (48.8638, 2.3160),
    (48.8639, 2.3135),
    (48.8639, 2.3105),
    (48.8638, 2.3060),
    (48.8635, 2.3015),
)
# 7e | 16e: Debilly footbridge, Iéna, the Eiffel Tower
REACH_IENA: Line = (
    (48.8635, 2.3015),
    (48.8628, 2.2985),
    (48.8616, 2.2954),
    (48.8598, 2.2924),
    (48.8577, 2.2898),
)
# 15e | 16e: Bir-Hakeim, Grenelle, Mirabeau, Garigliano
REACH_GRENELLE: Line = (
    (48.8577, 2.2898),
    (48.8556, 2.2875),
    (48.8530, 2.2841),
    (48.8502, 2.2804),
    (48.8484, 2.2780),
    (48.8465, 2.2755),
    (48.8430, 2.2716),
    (48.8392, 2.2686),
    (48.8366, 2.2672),
    (48.8342, 2.2664),
)
SEINE_AFTER: Line = (
    (48.8342, 2.2664),
    (48.8310, 2.2635),
    (48.8276, 2.2560),
    (48.8256, 2.2470),
    (48.8236, 2.2385),
    (48.8222, 2.2310),
    (48.8242, 2.2245),
    (48.8300, 2.2225),
    (48.8370, 2.2215),
    (48.8440, 2.2225),
    (48.8520, 2.2240),
    (48.8600, 2.2248),
    (48.8680, 2.2280),
    (48.8750, 2.2355),
    (48.8815, 2.2430),
    (48.8868, 2.2500),
    (48.8925, 2.2585),
    (48.8985, 2.2670),
    (48.9040, 2.2765),
    (48.9080, 2.2880),
    (48.9125, 2.2985),
    (48.9185, 2.3120),
    (48.9240, 2.3260),
    (48.9300, 2.3370),
)

NORTHERN_ARM: Line = (
    (48.8452, 2.3654),
    (48.8471, 2.3634),
    (48.8488, 2.3624),
    (48.8508, 2.3618),
    (48.8524, 2.3595),
    (48.8533, 2.3572),
    (48.8544, 2.3545),
    (48.8556, 2.3514),
    (48.8562, 2.3490),
    (48.8568, 2.3466),
    (48.8576, 2.3440),
    (48.8583, 2.3414),
    (48.8587, 2.3389),
    (48.8590, 2.3362),
    (48.8597, 2.3327),
)
CANAL_SAINT_MARTIN: Line = (
    (48.8716, 2.3655),
    (48.8735, 2.3634),
    (48.8752, 2.3636),
    (48.8768, 2.3660),
    (48.8790, 2.3672),
    (48.8812, 2.3682),
    (48.8832, 2.3692),
)
BASSIN_DE_LA_VILLETTE: Line = ((48.8838, 2.3702), (48.8861, 2.3745), (48.8884, 2.3788))
CANAL_DE_L_OURCQ: Line = ((48.8884, 2.3788), (48.8897, 2.3828), (48.8913, 2.3880), (48.8929, 2.3930), (48.8947, 2.3990))
CANAL_SAINT_DENIS: Line = (
    (48.8912, 2.3872),
    (48.8945, 2.3852),
    (48.8975, 2.3830),
    (48.9010, 2.3790),
    (48.9050, 2.3745),
)
BASSIN_DE_L_ARSENAL: Line = ((48.8470, 2.3652), (48.8492, 2.3668), (48.8524, 2.3691))

WATERWAYS: tuple[tuple[str, Line, float, float], ...] = (
    ("La Seine", SEINE_BEFORE, 150.0, 150.0),
    ("La Seine", REACH_BERCY + REACH_AUSTERLITZ[1:2], 155.0, 112.0),
    ("La Seine", REACH_ARTS[1:] + REACH_LOUVRE[1:] + REACH_CONCORDE[1:] + REACH_IENA[1:], 108.0, 140.0),
    ("La Seine", REACH_GRENELLE, 150.0, 150.0),
    ("La Seine", SEINE_AFTER, 160.0, 160.0),
    ("La Marne", MARNE, 95.0, 95.0),
    ("Bassin de la Villette", BASSIN_DE_LA_VILLETTE, 75.0, 75.0),
    ("Canal Saint-Martin", CANAL_SAINT_MARTIN, 30.0, 30.0),
    ("Canal de l'Ourcq", CANAL_DE_L_OURCQ, 32.0, 32.0),
    ("Canal Saint-Denis", CANAL_SAINT_DENIS, 32.0, 32.0),
    ("Bassin de l'Arsenal", BASSIN_DE_L_ARSENAL, 40.0, 40.0),
)
"""Name, middle line, width in metres where it begins and where it ends."""

AROUND_THE_ISLANDS: tuple[Line, Line, float, float] = (
    NORTHERN_ARM,
    REACH_AUSTERLITZ[1:2] + SOUTHERN_ARM_SULLY + SOUTHERN_ARM_MINT[1:] + REACH_ARTS[1:],
    92.0,
    66.0,
)
"""The two arms of the Seine and the width of each: all between their outer banks is water, but for the islands."""

ISLANDS: tuple[tuple[str, Line], ...] = (
    (
        "Île de la Cité",
        (
            (48.8576, 2.3401),
            (48.8580, 2.3410),
            (48.8573, 2.3437),
            (48.8563, 2.3464),
            (48.8557, 2.3488),
            (48.8549, 2.3510),
            (48.8537, 2.3523),
            (48.8524, 2.3527),
            (48.8516, 2.3525),
            (48.8526, 2.3500),
            (48.8536, 2.3474),
            (48.8545, 2.3450),
            (48.8556, 2.3430),
            (48.8566, 2.3411),
        ),
    ),
    (
        "Île Saint-Louis",
        (
            (48.8536, 2.3541),
            (48.8528, 2.3569),
            (48.8519, 2.3592),
            (48.8507, 2.3614),
            (48.8500, 2.3606),
            (48.8499, 2.3584),
            (48.8508, 2.3556),
            (48.8518, 2.3533),
            (48.8527, 2.3537),
        ),
    ),
    (
        "Île aux Cygnes",
        (
            (48.8557, 2.2879),
            (48.8551, 2.2871),
            (48.8503, 2.2809),
            (48.8497, 2.2798),
            (48.8504, 2.2804),
            (48.8553, 2.2868),
        ),
    ),
)
