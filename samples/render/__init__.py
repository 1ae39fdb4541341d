"""Renders the sample clips: a body lifts a bar in a gym, filmed by a camera whose truth is known.

The world is in metres: +x is the lifter's left, +y up, +z where the lifter faces (on the bench,
toward the feet); the origin lies on the floor between the ankles. Run it from the checkout's root:
`python -m samples.render [NAME ...] [--out samples]`.
"""
