"""What a strict type checker refuses: a line each, with a piece of what it says behind it."""

import derive

derive.Dense(3, "reluu")  # error: Argument 2 to "Dense" has incompatible type
derive.Dense(3, "relu", bias="nuron")  # error: Argument "bias" to "Dense"
derive.Dense(3, "relu", frozen="weight")  # error: Argument "frozen" to "Dense"
derive.Dense("3")  # error: Argument 1 to "Dense"
layers = [derive.Dense(1)]
network = derive.Network(2, layers, "mse")  # error: Argument 3 to "Network"
derive.Network(2, layers, over_examples="average")  # error: Argument "over_examples"
derive.Network(2, layers, rounding="up")  # error: Argument "rounding"
derive.derive(network, "path")  # error: Argument 2 to "derive"
derivation = derive.derive(network)
derive.render(derivation, "markdwn")  # error: No overload variant of "render"
derive.render(derivation, detail="long")  # error: No overload variant of "render"
derive.render(derivation, parts=("lema",))  # error: Argument "parts" to "render"
page: bytes = derive.render(derivation, "latex")  # error: Incompatible types in assignment
sheet: str = derive.render(derivation, "xlsx")  # error: Incompatible types in assignment
derive.compile(network, backend="torch")  # error: No overload variant of "compile"
derive.compile(3)  # error: No overload variant of "compile"
derive.standalone(network, "cobol")  # error: Argument 2 to "standalone"
derive.train(network, on_divergence="go")  # error: No overload variant of "train"
derive.train(network, starts="10")  # error: No overload variant of "train"
loss: str = derive.compile(network).loss()  # error: Incompatible types in assignment
names: list[str] = derive.compile(network).names  # error: Incompatible types in assignment
flat: int = derive.compile(network).flat([0.1])[1]  # error: Incompatible types in assignment
typo = derive.ArgumentErrr  # error: Module has no attribute "ArgumentErrr"
derive.Dense(3, {"name": "leaky_relu", "slop": 0.1})  # error: Argument 2 to "Dense"
derive.Dense(3, weights=0.5)  # error: Argument "weights" to "Dense"
derive.Network(2, layers, {"name": "hubber"})  # error: Argument 3 to "Network"
derive.Network(2, layers, digits={"value": 3})  # error: Argument "digits" to "Network"
derive.Network(2, layers, learning_rate=[0.5])  # error: Argument "learning_rate" to "Network"
f = derive.compile(network)
f("0.5", 1.0)  # error: Argument 1 to "__call__" of "GradientFunction"
f([0.5], 1.0, [0.1])  # error: Argument 3 to "__call__" of "GradientFunction"
f.forward({"i1": 0.5})  # error: Argument 1 to "forward" of "GradientFunction"
f.jacobian(with_respect_to="theta")  # error: Argument "with_respect_to" to "jacobian"
product: str = f.hvp([0.1])  # error: Incompatible types in assignment
derive.render_files(derivation, "page.md", detial="full")  # error: Unexpected keyword argument
derive.render_files(derivation, "page.md", rounding="up")  # error: Argument "rounding" to
derive.train(network, 0.5)  # error: No overload variant of "train"
derivation[1]  # error: Invalid index type "int"
derivation.gradient("w1", form="short")  # error: Argument "form" to "gradient"
