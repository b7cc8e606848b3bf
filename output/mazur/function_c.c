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
#include <string.h>
#include <time.h>

// For speed compile with gcc -O3 -march=native FILE -lm; ./a.out bench says what it comes to.
//
// gcc may work out both sides of a choice, and several exponentials at once where the C library has
// such functions, so that loops over examples go in vectors. Nothing but speed depends on it, nor on
// the pragmas in these loops, which are for -fopenmp-simd.
#if defined __GNUC__
#pragma GCC diagnostic ignored "-Wunknown-pragmas"
#endif
#if defined __clang__
#pragma GCC diagnostic ignored "-Wpass-failed"
#elif defined __GNUC__
#pragma GCC optimize ("no-trapping-math")
#if defined __x86_64__ && defined __GLIBC_PREREQ
#if __GLIBC_PREREQ(2, 35)
__attribute__((const, simd("notinbranch"))) double exp(double);
#endif
#endif
#endif

#define PARAMETERS 8
#define EXAMPLES 1
#define INS 2
#define OUTS 2

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

#define TILE 32

// The sum of the numbers of a tile: halves of it added to each other, down to four.
static inline double sum_of(const double *u) {
    double s[TILE/2];
    for (int k = 0; k < TILE/2; k++) s[k] = u[k] + u[k + TILE/2];
    for (int half = TILE/4; half >= 4; half /= 2)
        for (int k = 0; k < half; k++) s[k] += s[k + half];
    return (s[0] + s[2]) + (s[1] + s[3]);
}

static inline double sum_of_products(const double *u, const double *v) {
    double products[TILE];
    for (int k = 0; k < TILE; k++) products[k] = u[k]*v[k];
    return sum_of(products);
}

// The sum of the losses of a tile of examples, a column each; its gradient is added to gradient.
// Of each layer j is a unit, i a unit of the layer before or after, k an example.
static double of_tile(
    const double *theta, double (*a0)[TILE], double (*t)[TILE], double *gradient
) {
    const double (*W1)[2] = (const double (*)[2])theta;
    double (*dW1)[2] = (double (*)[2])gradient;
    const double *b1 = FIXED;
    const double (*W2)[2] = (const double (*)[2])(theta + 4);
    double (*dW2)[2] = (double (*)[2])(gradient + 4);
    const double *b2 = FIXED + 1;
    double loss = 0.0;
    double e1[2][TILE], r1[2][TILE], a1[2][TILE];
    for (int j = 0; j < 2; j++) {
        #pragma omp simd
        for (int k = 0; k < TILE; k++) {
            // the pre-activations of layer 1, (2, examples)
            // h1 = W1·i1 + W2·i2 + b1
            // h2 = W3·i1 + W4·i2 + b1
            double part0 = 0.0;
            for (int i = 0; i < 2; i++) part0 += W1[i][j]*a0[i][k];
            double z1 = part0 + *b1;
            // its sigmoid activations
            // a_h1 = σ(h1)
            // a_h2 = σ(h2)
            e1[j][k] = exp(-fabs(z1));
            r1[j][k] = 1.0/(1.0 + e1[j][k]);
            a1[j][k] = z1 >= 0.0 ? r1[j][k] : e1[j][k]*r1[j][k];
        }
    }
    double part2[2][TILE], delta2[2][TILE];
    for (int j = 0; j < 2; j++) {
        #pragma omp simd
        for (int k = 0; k < TILE; k++) {
            // the pre-activations of layer 2, (2, examples)
            // o1 = W5·a_h1 + W6·a_h2 + b2
            // o2 = W7·a_h1 + W8·a_h2 + b2
            double part1 = 0.0;
            for (int i = 0; i < 2; i++) part1 += W2[i][j]*a1[i][k];
            double z2 = part1 + *b2;
            // its sigmoid activations
            // a_o1 = σ(o1)
            // a_o2 = σ(o2)
            double e2 = exp(-fabs(z2));
            double r2 = 1.0/(1.0 + e2);
            double a2 = z2 >= 0.0 ? r2 : e2*r2;
            // the loss of every example, summed over the examples
            // E1 = 1/2·(a_o1 − t1)²
            // E2 = 1/2·(a_o2 − t2)²
            // E_Total = E1 + E2
            double t_jk = t[j][k];
            double gap2 = z2 < 0.0 ? a2 - t_jk : 1.0 - t_jk - e2*r2;
            part2[j][k] = 0.5*gap2*gap2;
            // the deltas of layer 2, (2, examples)
            // δ_o1 = (a_o1 − t1)·a_o1·(1 − a_o1)
            // δ_o2 = (a_o2 − t2)·a_o2·(1 − a_o2)
            delta2[j][k] = gap2*e2*r2*r2;
        }
    }
    for (int j = 0; j < 2; j++) loss += sum_of(part2[j]);
    // ∂E_Total/∂W5 = δ_o1·a_h1
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            dW2[i][j] += sum_of_products(a1[i], delta2[j]);
    double delta1[2][TILE];
    for (int j = 0; j < 2; j++) {
        #pragma omp simd
        for (int k = 0; k < TILE; k++) {
            // the deltas of layer 1, (2, examples)
            // δ_h1 = (W5·δ_o1 + W7·δ_o2)·a_h1·(1 − a_h1)
            // δ_h2 = (W6·δ_o1 + W8·δ_o2)·a_h2·(1 − a_h2)
            double g1 = 0.0;
            for (int i = 0; i < 2; i++) g1 += W2[j][i]*delta2[i][k];
            delta1[j][k] = g1*e1[j][k]*r1[j][k]*r1[j][k];
        }
    }
    // ∂E_Total/∂W1 = δ_h1·i1
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            dW1[i][j] += sum_of_products(a0[i], delta1[j]);
    return loss;
}

// The mean of the examples' losses, and its gradient with respect to theta.
double of_examples(
    int examples, const double *theta, const double (*inputs)[INS], const double (*targets)[OUTS],
    double *gradient
) {
    double a0[INS][TILE], t[OUTS][TILE], of_one[PARAMETERS];
    double loss = 0.0;
    int row = 0;
    for (int k = 0; k < PARAMETERS; k++) gradient[k] = 0.0;
    for (; row <= examples - TILE; row += TILE) {
        for (int k = 0; k < TILE; k++) {
            for (int i = 0; i < INS; i++) a0[i][k] = inputs[row + k][i];
            for (int j = 0; j < OUTS; j++) t[j][k] = targets[row + k][j];
        }
        loss += of_tile(theta, a0, t, gradient);
    }
    for (; row < examples; row++) {
        loss += loss_and_gradient(theta, inputs[row], targets[row], of_one);
        for (int k = 0; k < PARAMETERS; k++) gradient[k] += of_one[k];
    }
    for (int k = 0; k < PARAMETERS; k++) gradient[k] /= examples;
    return loss / examples;
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

// -- how fast it is -------------------------------------------------------------------------------

#define ROWS 1024

static double theta[PARAMETERS];
static double gradient[PARAMETERS];
static double inputs[ROWS][INS];
static double targets[ROWS][OUTS];

// The file's own numbers, over and over. What they are a compiler is not to know.
static void fill(void) {
    volatile double nothing = 0.0;
    for (int k = 0; k < PARAMETERS; k++) theta[k] = THETA[k] + nothing;
    for (int row = 0; row < ROWS; row++) {
        for (int i = 0; i < INS; i++) inputs[row][i] = INPUTS[i] + nothing;
        for (int j = 0; j < OUTS; j++) targets[row][j] = TARGETS[j] + nothing;
    }
}

static double one_by_one(void) {
    double sum = 0.0;
    for (int row = 0; row < ROWS; row++) {
        sum += loss_and_gradient(theta, inputs[row], targets[row], gradient);
        sum += gradient[row % PARAMETERS];
    }
    return sum;
}

static double together(void) {
    const double (*x)[INS] = (const double (*)[INS])inputs;
    const double (*t)[OUTS] = (const double (*)[OUTS])targets;
    return of_examples(ROWS, theta, x, t, gradient) + gradient[0];
}

static void bench(const char *name, double (*rows)(void)) {
    volatile double result;
    double examples = 0.0;
    clock_t start = clock(), ticks;
    do {
        result = rows();
        examples += ROWS;
        ticks = clock() - start;
    } while (ticks < CLOCKS_PER_SEC/2);
    (void)result;
    double each = (double)ticks/CLOCKS_PER_SEC/examples;
    printf("%-17s %12.0f examples a second, %8.2f ns each\n", name, 1.0/each, 1e9*each);
}

int main(int count, char **arguments) {
    if (count > 1 && strcmp(arguments[1], "bench") == 0) {
        fill();
        bench("loss_and_gradient", one_by_one);
        bench("of_examples", together);
        return 0;
    }
    if (count > 1) {
        fprintf(stderr, "usage: %s [bench]\n", arguments[0]);
        return 2;
    }
    double loss = loss_and_gradient(THETA, INPUTS, TARGETS, gradient);
    printf("loss %.17g\n", loss);
    for (int k = 0; k < PARAMETERS; k++)
        printf("d loss / d %s = %.17g\n", NAMES[k], gradient[k]);
    return 0;
}
