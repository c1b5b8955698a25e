using Keycloak.ApiProtection.Load;
using Keycloak.ApiProtection.Load.SideBySide;

// The comparison starts 'server' for each way to protect an API. The other commands are for people: see benchmarks/load/run.sh and
// gateway.sh.
return args switch
{
    ["server", .. var rest] => await ApiServer.RunAsync(rest),
    ["compare", var folder, .. var rest] => await Comparison.RunAsync(folder, Settings.Read(rest)),
    ["proofs", var folder, .. var rest] => await Comparison.RunProofsAsync(folder, Settings.Read(rest)),
    ["report", var folder, var docs] => Report.Write(folder, docs),
    ["gateway", var folder, .. var rest] => await GatewayComparison.RunAsync(folder, GatewaySettings.Read(rest)),
    ["gateway-report", var folder, var docs] => GatewayReport.Write(folder, docs),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        "compare <results folder> [--seconds 3] [--rounds 5] [--connections 32] [--tokens 100000] | "
        + "proofs <results folder> [--seconds 3] [--rounds 5] [--connections 32] | report <results folder> <docs folder>");
    Console.Error.WriteLine(
        "gateway <results folder> [--seconds 3] [--rounds 3] [--connections 32] [--warm-up 20] | "
        + "gateway-report <results folder> <docs folder>");
    return 2;
}
