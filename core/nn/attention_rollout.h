// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/token_network.h"

namespace echo2ecg::nn {

// Attention rollout (Abnar & Zuidema, "Quantifying Attention Flow in Transformers", 2020): how much of each input token
// reaches the output, if each block passes on half of itself and half of what it attends to, mean over the heads. Says
// where the encoder looked, not what it made of it.

// rows: (R, tokens), each a mixture of output tokens → (R, tokens): of input tokens. A row keeps its sum.
// x: (1, leads, window). One pass through the encoder; holds the tokens before each block and one block's attention.
at::Tensor attentionRollout(const EcgEncoder& encoder, const at::Tensor& x, const at::Tensor& rows);
// (tokens): of the token that the aggregation makes, the class token first; sums to 1.
at::Tensor attentionRollout(const TokenNetwork& network, const at::Tensor& x);

} // namespace echo2ecg::nn
