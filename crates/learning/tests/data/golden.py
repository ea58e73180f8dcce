"""Writes the reference vectors of the tests (needs torch, gymnasium and safetensors' format only, no safetensors).

golden.json: one forward pass, loss, gradient and Adam step of PyTorch for networks with ReLU and tanh; a masked PPO
minibatch. classic.json: trajectories of Gymnasium's classic tasks under fixed actions.

    python golden.py
"""

import json
import pathlib
import random

import gymnasium
import torch

HERE = pathlib.Path(__file__).parent


def numbers(tensor):
    return [float(value) for value in tensor.detach().double().reshape(-1)]


def network(inputs, hidden, outputs, activation):
    layers, before = [], inputs
    for units in hidden:
        layers += [torch.nn.Linear(before, units), activation()]
        before = units
    return torch.nn.Sequential(*layers, torch.nn.Linear(before, outputs))


def parameters(net):
    layers = [layer for layer in net if isinstance(layer, torch.nn.Linear)]
    return [{"weight": numbers(layer.weight), "bias": numbers(layer.bias)} for layer in layers]


def gradients(net):
    layers = [layer for layer in net if isinstance(layer, torch.nn.Linear)]
    return [{"weight": numbers(layer.weight.grad), "bias": numbers(layer.bias.grad)} for layer in layers]


def regression_case(name, activation, loss):
    torch.manual_seed(len(name))
    net = network(5, [11, 7], 3, activation)
    start = parameters(net)
    inputs, targets = torch.randn(9, 5), 2.0 * torch.randn(9, 3)
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    steps = []
    for _ in range(3):
        outputs = net(inputs)
        value = loss(outputs, targets)
        optimizer.zero_grad()
        value.backward()
        norm = torch.nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        steps.append({"outputs": numbers(outputs), "loss": float(value.detach()), "norm": float(norm), "clipped": gradients(net)})
        optimizer.step()
        steps[-1]["after"] = parameters(net)
    return {
        "name": name,
        "inputs": numbers(inputs),
        "targets": numbers(targets),
        "start": start,
        "learning_rate": 3e-3,
        "max_gradient_norm": 0.5,
        "steps": steps,
    }


def policy_case():
    torch.manual_seed(7)
    rows, actions = 8, 4
    logits = torch.randn(rows, actions, requires_grad=True)
    mask = torch.rand(rows, actions) > 0.3
    mask[torch.arange(rows), torch.randint(actions, (rows,))] = True
    masked = torch.where(mask, logits, torch.tensor(-1e8))
    distribution = torch.distributions.Categorical(logits=masked)
    chosen = distribution.sample()
    old = distribution.log_prob(chosen).detach() + 0.3 * torch.randn(rows)
    advantages = torch.randn(rows)
    ratio = torch.exp(distribution.log_prob(chosen) - old)
    surrogate = torch.min(advantages * ratio, advantages * torch.clamp(ratio, 0.8, 1.2))
    plogp = distribution.logits * distribution.probs
    entropy = -torch.where(mask, plogp, torch.tensor(0.0)).sum(-1)
    loss = -surrogate.mean() - 0.02 * entropy.mean()
    loss.backward()
    return {
        "actions": actions,
        "clip_range": 0.2,
        "entropy_coefficient": 0.02,
        "logits": numbers(logits),
        "mask": [bool(value) for value in mask.reshape(-1)],
        "chosen": [int(value) for value in chosen],
        "old_log_probabilities": numbers(old),
        "advantages": numbers(advantages),
        "log_probabilities": numbers(distribution.log_prob(chosen)),
        "entropies": numbers(entropy),
        "approximate_kl": float(((ratio - 1) - torch.log(ratio)).mean()),
        "loss": float(loss),
        "gradient": numbers(logits.grad),
    }


def trajectory(name, state, steps, seed):
    environment = gymnasium.make(name)
    environment.reset(seed=0)
    task = environment.unwrapped
    task.state = tuple(state) if name.startswith("MountainCar") else __import__("numpy").array(state, dtype=float)
    draw = random.Random(seed)
    record = {"environment": name, "state": state, "actions": [], "observations": [], "rewards": [], "end": None}
    for at in range(steps):
        action = draw.randrange(int(task.action_space.n))
        if name.startswith("MountainCar") and seed % 2 == 1 and record["observations"]:
            action = 2 if record["observations"][-1][1] >= 0 else 0
        observation, reward, terminated, truncated, _ = environment.step(action)
        record["actions"].append(action)
        record["observations"].append([float(value) for value in observation])
        record["rewards"].append(float(reward))
        if terminated or truncated:
            record["end"] = "terminated" if terminated else "truncated"
            break
    return record


def main():
    golden = {
        "torch": torch.__version__,
        "regression": [
            regression_case("relu-mse", torch.nn.ReLU, torch.nn.functional.mse_loss),
            regression_case("tanh-huber", torch.nn.Tanh, torch.nn.functional.smooth_l1_loss),
        ],
        "policy": policy_case(),
    }
    (HERE / "golden.json").write_text(json.dumps(golden) + "\n", encoding="utf-8")
    classic = [trajectory("CartPole-v1", [0.01 * k, -0.02 * k, 0.03 - 0.01 * k, 0.04], 60, k) for k in range(4)]
    classic += [trajectory("MountainCar-v0", [-0.55 + 0.05 * k, 0.0], 200, k) for k in range(4)]
    classic += [trajectory("Acrobot-v1", [0.1, -0.05 * k, 0.02 * k, -0.1], 120, k) for k in range(2)]
    classic += [trajectory("Acrobot-v1", [1.2, 0.3, 2.0, 1.0], 100, 5)]
    result = {"gymnasium": gymnasium.__version__, "trajectories": classic}
    (HERE / "classic.json").write_text(json.dumps(result) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
