"""Ways to solve the QP, behind one interface (method.py); all stop by the same KKT residual. `registry` names them.

coordinate_descent  exact moves by colours, merged moves where diodes join free nodes (colouring.py)
active_set          guess and correct which diodes conduct; exact where every diode has an end at a known potential
interior_point      every topology; finished by the active-set iteration

face.py             the linear network that is left once it is known which diodes conduct
sharing.py          how conducting diodes share a current; rigid.py, the same around loops without slack
linear.py           solving with a Laplacian
"""
