// Backpropagation in a 2-2-2 network with fixed biases.
//
//     inputs   2: i1, i2
//     layer 1  2 units, sigmoid, one bias for all of them
//     layer 2  2 units, sigmoid, one bias for all of them
//     loss     half squared error, the sum over the outputs of 1/2·(y − t)²
//
// theta holds, in this order, W1 (2, 2), W2 (2, 2). W1[i][j] is the weight from unit i to unit j,
// and theta has W1 row by row. b1, b2: frozen, so not in theta.
//
// The comments are the textbook formulas; the lines under them compute the same in a form that
// neither overflows nor cancels. There g is ∂loss/∂a, gap is a − t.
//
// Logarithms are natural, 0·ln 0 = 0.
//
// Made by derive; needs nothing but rustc.

#![allow(non_snake_case)]

const NAMES: [&str; 8] = ["w1", "w3", "w2", "w4", "w5", "w7", "w6", "w8"];
const THETA: [f64; 8] = [0.15, 0.25, 0.2, 0.3, 0.4, 0.5, 0.45, 0.55];
const FIXED: [f64; 2] = [0.35, 0.6];
const INPUTS: [f64; 2] = [0.05, 0.1];
const TARGETS: [f64; 2] = [0.01, 0.99];

/// The loss of one example, and its gradient with respect to theta.
pub fn loss_and_gradient(theta: &[f64], inputs: &[f64], targets: &[f64]) -> (f64, Vec<f64>) {
    let w1 = theta[0];
    let w3 = theta[1];
    let w2 = theta[2];
    let w4 = theta[3];
    let w5 = theta[4];
    let w7 = theta[5];
    let w6 = theta[6];
    let w8 = theta[7];
    let i1 = inputs[0];
    let i2 = inputs[1];
    let t1 = targets[0];
    let t2 = targets[1];
    let b1 = FIXED[0];
    let b2 = FIXED[1];
    // h1 = W1·i1 + W2·i2 + b1
    let h1 = w1*i1 + w2*i2 + b1;
    // h2 = W3·i1 + W4·i2 + b1
    let h2 = w3*i1 + w4*i2 + b1;
    // a_h1 = σ(h1)
    let e_h1 = (-h1.abs()).exp();
    let r_h1 = 1.0/(1.0 + e_h1);
    let a_h1 = if h1 >= 0.0 { r_h1 } else { e_h1*r_h1 };
    // a_h2 = σ(h2)
    let e_h2 = (-h2.abs()).exp();
    let r_h2 = 1.0/(1.0 + e_h2);
    let a_h2 = if h2 >= 0.0 { r_h2 } else { e_h2*r_h2 };
    // o1 = W5·a_h1 + W6·a_h2 + b2
    let o1 = w5*a_h1 + w6*a_h2 + b2;
    // o2 = W7·a_h1 + W8·a_h2 + b2
    let o2 = w7*a_h1 + w8*a_h2 + b2;
    // a_o1 = σ(o1)
    let e_o1 = (-o1.abs()).exp();
    let r_o1 = 1.0/(1.0 + e_o1);
    let a_o1 = if o1 >= 0.0 { r_o1 } else { e_o1*r_o1 };
    // a_o2 = σ(o2)
    let e_o2 = (-o2.abs()).exp();
    let r_o2 = 1.0/(1.0 + e_o2);
    let a_o2 = if o2 >= 0.0 { r_o2 } else { e_o2*r_o2 };
    // E1 = 1/2·(a_o1 − t1)²
    let gap_o1 = if o1 < 0.0 { a_o1 - t1 } else { 1.0 - t1 - e_o1*r_o1 };
    let E1 = 0.5*gap_o1*gap_o1;
    // E2 = 1/2·(a_o2 − t2)²
    let gap_o2 = if o2 < 0.0 { a_o2 - t2 } else { 1.0 - t2 - e_o2*r_o2 };
    let E2 = 0.5*gap_o2*gap_o2;
    // E_Total = E1 + E2
    let E_Total = E1 + E2;
    // δ_o1 = (a_o1 − t1)·a_o1·(1 − a_o1)
    let delta_o1 = gap_o1*e_o1*r_o1*r_o1;
    // δ_o2 = (a_o2 − t2)·a_o2·(1 − a_o2)
    let delta_o2 = gap_o2*e_o2*r_o2*r_o2;
    // ∂E_Total/∂W5 = δ_o1·a_h1
    let dE_Total_dw5 = delta_o1*a_h1;
    // ∂E_Total/∂W7 = δ_o2·a_h1
    let dE_Total_dw7 = delta_o2*a_h1;
    // ∂E_Total/∂W6 = δ_o1·a_h2
    let dE_Total_dw6 = delta_o1*a_h2;
    // ∂E_Total/∂W8 = δ_o2·a_h2
    let dE_Total_dw8 = delta_o2*a_h2;
    // δ_h1 = (W5·δ_o1 + W7·δ_o2)·a_h1·(1 − a_h1)
    let g_h1 = w5*delta_o1 + w7*delta_o2;
    let delta_h1 = g_h1*e_h1*r_h1*r_h1;
    // δ_h2 = (W6·δ_o1 + W8·δ_o2)·a_h2·(1 − a_h2)
    let g_h2 = w6*delta_o1 + w8*delta_o2;
    let delta_h2 = g_h2*e_h2*r_h2*r_h2;
    // ∂E_Total/∂W1 = δ_h1·i1
    let dE_Total_dw1 = delta_h1*i1;
    // ∂E_Total/∂W3 = δ_h2·i1
    let dE_Total_dw3 = delta_h2*i1;
    // ∂E_Total/∂W2 = δ_h1·i2
    let dE_Total_dw2 = delta_h1*i2;
    // ∂E_Total/∂W4 = δ_h2·i2
    let dE_Total_dw4 = delta_h2*i2;
    return (E_Total, vec![
        dE_Total_dw1, dE_Total_dw3, dE_Total_dw2, dE_Total_dw4, dE_Total_dw5, dE_Total_dw7,
        dE_Total_dw6, dE_Total_dw8
    ]);
}

/// The outputs for one example.
pub fn forward(theta: &[f64], inputs: &[f64]) -> Vec<f64> {
    let w1 = theta[0];
    let w3 = theta[1];
    let w2 = theta[2];
    let w4 = theta[3];
    let w5 = theta[4];
    let w7 = theta[5];
    let w6 = theta[6];
    let w8 = theta[7];
    let i1 = inputs[0];
    let i2 = inputs[1];
    let b1 = FIXED[0];
    let b2 = FIXED[1];
    // h1 = W1·i1 + W2·i2 + b1
    let h1 = w1*i1 + w2*i2 + b1;
    // h2 = W3·i1 + W4·i2 + b1
    let h2 = w3*i1 + w4*i2 + b1;
    // a_h1 = σ(h1)
    let e_h1 = (-h1.abs()).exp();
    let r_h1 = 1.0/(1.0 + e_h1);
    let a_h1 = if h1 >= 0.0 { r_h1 } else { e_h1*r_h1 };
    // a_h2 = σ(h2)
    let e_h2 = (-h2.abs()).exp();
    let r_h2 = 1.0/(1.0 + e_h2);
    let a_h2 = if h2 >= 0.0 { r_h2 } else { e_h2*r_h2 };
    // o1 = W5·a_h1 + W6·a_h2 + b2
    let o1 = w5*a_h1 + w6*a_h2 + b2;
    // o2 = W7·a_h1 + W8·a_h2 + b2
    let o2 = w7*a_h1 + w8*a_h2 + b2;
    // a_o1 = σ(o1)
    let e_o1 = (-o1.abs()).exp();
    let r_o1 = 1.0/(1.0 + e_o1);
    let a_o1 = if o1 >= 0.0 { r_o1 } else { e_o1*r_o1 };
    // a_o2 = σ(o2)
    let e_o2 = (-o2.abs()).exp();
    let r_o2 = 1.0/(1.0 + e_o2);
    let a_o2 = if o2 >= 0.0 { r_o2 } else { e_o2*r_o2 };
    return vec![a_o1, a_o2];
}

fn main() {
    let (loss, gradient) = loss_and_gradient(&THETA, &INPUTS, &TARGETS);
    println!("loss {loss:?}");
    for (name, value) in NAMES.iter().zip(gradient) {
        println!("d loss / d {name} = {value:?}");
    }
}
