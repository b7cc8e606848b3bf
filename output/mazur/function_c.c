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
// Made by derive; needs nothing but a C compiler.

#include <math.h>
#include <stdio.h>

#define PARAMETERS 8
#define EXAMPLES 1

static const char *const NAMES[] = {"w1", "w3", "w2", "w4", "w5", "w7", "w6", "w8"};
static const double THETA[] = {0.15, 0.25, 0.2, 0.3, 0.4, 0.5, 0.45, 0.55};
static const double FIXED[] = {0.35, 0.6};
static const double INPUTS[] = {0.05, 0.1};
static const double TARGETS[] = {0.01, 0.99};

// The loss of one example, and its gradient with respect to theta.
double loss_and_gradient(
    const double *theta, const double *inputs, const double *targets, double *gradient
) {
    double w1 = theta[0];
    double w3 = theta[1];
    double w2 = theta[2];
    double w4 = theta[3];
    double w5 = theta[4];
    double w7 = theta[5];
    double w6 = theta[6];
    double w8 = theta[7];
    double i1 = inputs[0];
    double i2 = inputs[1];
    double t1 = targets[0];
    double t2 = targets[1];
    double b1 = FIXED[0];
    double b2 = FIXED[1];
    // h1 = W1·i1 + W2·i2 + b1
    double h1 = w1*i1 + w2*i2 + b1;
    // h2 = W3·i1 + W4·i2 + b1
    double h2 = w3*i1 + w4*i2 + b1;
    // a_h1 = σ(h1)
    double e_h1 = exp(-fabs(h1));
    double r_h1 = 1.0/(1.0 + e_h1);
    double a_h1 = h1 >= 0.0 ? r_h1 : e_h1*r_h1;
    // a_h2 = σ(h2)
    double e_h2 = exp(-fabs(h2));
    double r_h2 = 1.0/(1.0 + e_h2);
    double a_h2 = h2 >= 0.0 ? r_h2 : e_h2*r_h2;
    // o1 = W5·a_h1 + W6·a_h2 + b2
    double o1 = w5*a_h1 + w6*a_h2 + b2;
    // o2 = W7·a_h1 + W8·a_h2 + b2
    double o2 = w7*a_h1 + w8*a_h2 + b2;
    // a_o1 = σ(o1)
    double e_o1 = exp(-fabs(o1));
    double r_o1 = 1.0/(1.0 + e_o1);
    double a_o1 = o1 >= 0.0 ? r_o1 : e_o1*r_o1;
    // a_o2 = σ(o2)
    double e_o2 = exp(-fabs(o2));
    double r_o2 = 1.0/(1.0 + e_o2);
    double a_o2 = o2 >= 0.0 ? r_o2 : e_o2*r_o2;
    // E1 = 1/2·(a_o1 − t1)²
    double gap_o1 = o1 < 0.0 ? a_o1 - t1 : 1.0 - t1 - e_o1*r_o1;
    double E1 = 0.5*gap_o1*gap_o1;
    // E2 = 1/2·(a_o2 − t2)²
    double gap_o2 = o2 < 0.0 ? a_o2 - t2 : 1.0 - t2 - e_o2*r_o2;
    double E2 = 0.5*gap_o2*gap_o2;
    // E_Total = E1 + E2
    double E_Total = E1 + E2;
    // δ_o1 = (a_o1 − t1)·a_o1·(1 − a_o1)
    double delta_o1 = gap_o1*e_o1*r_o1*r_o1;
    // δ_o2 = (a_o2 − t2)·a_o2·(1 − a_o2)
    double delta_o2 = gap_o2*e_o2*r_o2*r_o2;
    // ∂E_Total/∂W5 = δ_o1·a_h1
    double dE_Total_dw5 = delta_o1*a_h1;
    // ∂E_Total/∂W7 = δ_o2·a_h1
    double dE_Total_dw7 = delta_o2*a_h1;
    // ∂E_Total/∂W6 = δ_o1·a_h2
    double dE_Total_dw6 = delta_o1*a_h2;
    // ∂E_Total/∂W8 = δ_o2·a_h2
    double dE_Total_dw8 = delta_o2*a_h2;
    // δ_h1 = (W5·δ_o1 + W7·δ_o2)·a_h1·(1 − a_h1)
    double g_h1 = w5*delta_o1 + w7*delta_o2;
    double delta_h1 = g_h1*e_h1*r_h1*r_h1;
    // δ_h2 = (W6·δ_o1 + W8·δ_o2)·a_h2·(1 − a_h2)
    double g_h2 = w6*delta_o1 + w8*delta_o2;
    double delta_h2 = g_h2*e_h2*r_h2*r_h2;
    // ∂E_Total/∂W1 = δ_h1·i1
    double dE_Total_dw1 = delta_h1*i1;
    // ∂E_Total/∂W3 = δ_h2·i1
    double dE_Total_dw3 = delta_h2*i1;
    // ∂E_Total/∂W2 = δ_h1·i2
    double dE_Total_dw2 = delta_h1*i2;
    // ∂E_Total/∂W4 = δ_h2·i2
    double dE_Total_dw4 = delta_h2*i2;
    gradient[0] = dE_Total_dw1;
    gradient[1] = dE_Total_dw3;
    gradient[2] = dE_Total_dw2;
    gradient[3] = dE_Total_dw4;
    gradient[4] = dE_Total_dw5;
    gradient[5] = dE_Total_dw7;
    gradient[6] = dE_Total_dw6;
    gradient[7] = dE_Total_dw8;
    return E_Total;
}

// The outputs for one example.
void forward(const double *theta, const double *inputs, double *outputs) {
    double w1 = theta[0];
    double w3 = theta[1];
    double w2 = theta[2];
    double w4 = theta[3];
    double w5 = theta[4];
    double w7 = theta[5];
    double w6 = theta[6];
    double w8 = theta[7];
    double i1 = inputs[0];
    double i2 = inputs[1];
    double b1 = FIXED[0];
    double b2 = FIXED[1];
    // h1 = W1·i1 + W2·i2 + b1
    double h1 = w1*i1 + w2*i2 + b1;
    // h2 = W3·i1 + W4·i2 + b1
    double h2 = w3*i1 + w4*i2 + b1;
    // a_h1 = σ(h1)
    double e_h1 = exp(-fabs(h1));
    double r_h1 = 1.0/(1.0 + e_h1);
    double a_h1 = h1 >= 0.0 ? r_h1 : e_h1*r_h1;
    // a_h2 = σ(h2)
    double e_h2 = exp(-fabs(h2));
    double r_h2 = 1.0/(1.0 + e_h2);
    double a_h2 = h2 >= 0.0 ? r_h2 : e_h2*r_h2;
    // o1 = W5·a_h1 + W6·a_h2 + b2
    double o1 = w5*a_h1 + w6*a_h2 + b2;
    // o2 = W7·a_h1 + W8·a_h2 + b2
    double o2 = w7*a_h1 + w8*a_h2 + b2;
    // a_o1 = σ(o1)
    double e_o1 = exp(-fabs(o1));
    double r_o1 = 1.0/(1.0 + e_o1);
    double a_o1 = o1 >= 0.0 ? r_o1 : e_o1*r_o1;
    // a_o2 = σ(o2)
    double e_o2 = exp(-fabs(o2));
    double r_o2 = 1.0/(1.0 + e_o2);
    double a_o2 = o2 >= 0.0 ? r_o2 : e_o2*r_o2;
    outputs[0] = a_o1;
    outputs[1] = a_o2;
}

int main(void) {
    double gradient[PARAMETERS];
    double loss = loss_and_gradient(THETA, INPUTS, TARGETS, gradient);
    printf("loss %.17g\n", loss);
    for (int k = 0; k < PARAMETERS; k++)
        printf("d loss / d %s = %.17g\n", NAMES[k], gradient[k]);
    return 0;
}
