# Backpropagation in a 2-2-2 network with fixed biases.
#
#     inputs   2: i1, i2
#     layer 1  2 units, sigmoid, one bias for all of them
#     layer 2  2 units, sigmoid, one bias for all of them
#     loss     half squared error, the sum over the outputs of 1/2·(y − t)²
#
# theta holds, in this order, W1 (2, 2), W2 (2, 2). W1[i][j] is the weight from unit i to unit j,
# and theta has W1 row by row. b1, b2: frozen, so not in theta.
#
# The comments are the textbook formulas; the lines under them compute the same in a form that
# neither overflows nor cancels. There g is ∂loss/∂a, gap is a − t.
#
# Logarithms are natural, 0·ln 0 = 0.
#
# Made by derive; needs nothing but Julia. In derive's tests files in this language are not run: it
# cannot be installed where they run.

const NAMES = ["w1", "w3", "w2", "w4", "w5", "w7", "w6", "w8"]
const THETA = [0.15, 0.25, 0.2, 0.3, 0.4, 0.5, 0.45, 0.55]
const FIXED = [0.35, 0.6]
const INPUTS = [0.05, 0.1]
const TARGETS = [0.01, 0.99]

# The loss of one example, and its gradient with respect to theta.
function loss_and_gradient(theta, inputs, targets)
    w1 = theta[1]
    w3 = theta[2]
    w2 = theta[3]
    w4 = theta[4]
    w5 = theta[5]
    w7 = theta[6]
    w6 = theta[7]
    w8 = theta[8]
    i1 = inputs[1]
    i2 = inputs[2]
    t1 = targets[1]
    t2 = targets[2]
    b1 = FIXED[1]
    b2 = FIXED[2]
    # h1 = W1·i1 + W2·i2 + b1
    h1 = w1*i1 + w2*i2 + b1
    # h2 = W3·i1 + W4·i2 + b1
    h2 = w3*i1 + w4*i2 + b1
    # a_h1 = σ(h1)
    e_h1 = exp(-abs(h1))
    r_h1 = 1.0/(1.0 + e_h1)
    a_h1 = h1 >= 0.0 ? r_h1 : e_h1*r_h1
    # a_h2 = σ(h2)
    e_h2 = exp(-abs(h2))
    r_h2 = 1.0/(1.0 + e_h2)
    a_h2 = h2 >= 0.0 ? r_h2 : e_h2*r_h2
    # o1 = W5·a_h1 + W6·a_h2 + b2
    o1 = w5*a_h1 + w6*a_h2 + b2
    # o2 = W7·a_h1 + W8·a_h2 + b2
    o2 = w7*a_h1 + w8*a_h2 + b2
    # a_o1 = σ(o1)
    e_o1 = exp(-abs(o1))
    r_o1 = 1.0/(1.0 + e_o1)
    a_o1 = o1 >= 0.0 ? r_o1 : e_o1*r_o1
    # a_o2 = σ(o2)
    e_o2 = exp(-abs(o2))
    r_o2 = 1.0/(1.0 + e_o2)
    a_o2 = o2 >= 0.0 ? r_o2 : e_o2*r_o2
    # E1 = 1/2·(a_o1 − t1)²
    gap_o1 = o1 < 0.0 ? a_o1 - t1 : 1.0 - t1 - e_o1*r_o1
    E1 = 0.5*gap_o1*gap_o1
    # E2 = 1/2·(a_o2 − t2)²
    gap_o2 = o2 < 0.0 ? a_o2 - t2 : 1.0 - t2 - e_o2*r_o2
    E2 = 0.5*gap_o2*gap_o2
    # E_Total = E1 + E2
    E_Total = E1 + E2
    # δ_o1 = (a_o1 − t1)·a_o1·(1 − a_o1)
    delta_o1 = gap_o1*e_o1*r_o1*r_o1
    # δ_o2 = (a_o2 − t2)·a_o2·(1 − a_o2)
    delta_o2 = gap_o2*e_o2*r_o2*r_o2
    # ∂E_Total/∂W5 = δ_o1·a_h1
    dE_Total_dw5 = delta_o1*a_h1
    # ∂E_Total/∂W7 = δ_o2·a_h1
    dE_Total_dw7 = delta_o2*a_h1
    # ∂E_Total/∂W6 = δ_o1·a_h2
    dE_Total_dw6 = delta_o1*a_h2
    # ∂E_Total/∂W8 = δ_o2·a_h2
    dE_Total_dw8 = delta_o2*a_h2
    # δ_h1 = (W5·δ_o1 + W7·δ_o2)·a_h1·(1 − a_h1)
    g_h1 = w5*delta_o1 + w7*delta_o2
    delta_h1 = g_h1*e_h1*r_h1*r_h1
    # δ_h2 = (W6·δ_o1 + W8·δ_o2)·a_h2·(1 − a_h2)
    g_h2 = w6*delta_o1 + w8*delta_o2
    delta_h2 = g_h2*e_h2*r_h2*r_h2
    # ∂E_Total/∂W1 = δ_h1·i1
    dE_Total_dw1 = delta_h1*i1
    # ∂E_Total/∂W3 = δ_h2·i1
    dE_Total_dw3 = delta_h2*i1
    # ∂E_Total/∂W2 = δ_h1·i2
    dE_Total_dw2 = delta_h1*i2
    # ∂E_Total/∂W4 = δ_h2·i2
    dE_Total_dw4 = delta_h2*i2
    return E_Total, [
        dE_Total_dw1, dE_Total_dw3, dE_Total_dw2, dE_Total_dw4, dE_Total_dw5, dE_Total_dw7,
        dE_Total_dw6, dE_Total_dw8
    ]
end

# The outputs for one example.
function forward(theta, inputs)
    w1 = theta[1]
    w3 = theta[2]
    w2 = theta[3]
    w4 = theta[4]
    w5 = theta[5]
    w7 = theta[6]
    w6 = theta[7]
    w8 = theta[8]
    i1 = inputs[1]
    i2 = inputs[2]
    b1 = FIXED[1]
    b2 = FIXED[2]
    # h1 = W1·i1 + W2·i2 + b1
    h1 = w1*i1 + w2*i2 + b1
    # h2 = W3·i1 + W4·i2 + b1
    h2 = w3*i1 + w4*i2 + b1
    # a_h1 = σ(h1)
    e_h1 = exp(-abs(h1))
    r_h1 = 1.0/(1.0 + e_h1)
    a_h1 = h1 >= 0.0 ? r_h1 : e_h1*r_h1
    # a_h2 = σ(h2)
    e_h2 = exp(-abs(h2))
    r_h2 = 1.0/(1.0 + e_h2)
    a_h2 = h2 >= 0.0 ? r_h2 : e_h2*r_h2
    # o1 = W5·a_h1 + W6·a_h2 + b2
    o1 = w5*a_h1 + w6*a_h2 + b2
    # o2 = W7·a_h1 + W8·a_h2 + b2
    o2 = w7*a_h1 + w8*a_h2 + b2
    # a_o1 = σ(o1)
    e_o1 = exp(-abs(o1))
    r_o1 = 1.0/(1.0 + e_o1)
    a_o1 = o1 >= 0.0 ? r_o1 : e_o1*r_o1
    # a_o2 = σ(o2)
    e_o2 = exp(-abs(o2))
    r_o2 = 1.0/(1.0 + e_o2)
    a_o2 = o2 >= 0.0 ? r_o2 : e_o2*r_o2
    return [a_o1, a_o2]
end

if abspath(PROGRAM_FILE) == @__FILE__
    loss, gradient = loss_and_gradient(THETA, INPUTS, TARGETS)
    println("loss ", loss)
    for (name, value) in zip(NAMES, gradient)
        println("d loss / d ", name, " = ", value)
    end
end
