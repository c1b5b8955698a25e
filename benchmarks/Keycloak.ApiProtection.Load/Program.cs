using Keycloak.ApiProtection.Load;

// 'server' is what the comparison starts for each way to protect an API; the other two are for people: see benchmarks/load/run.sh.
return args switch
{
    ["server", .. var rest] => await ApiServer.RunAsync(rest),
    ["compare", var folder, .. var rest] => await Comparison.RunAsync(folder, Settings.Read(rest)),
    ["report", var folder, var docs] => Report.Write(folder, docs),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("compare <folder for results> [--seconds 3] [--rounds 5] [--connections 32] [--tokens 100000] | report <folder> <docs folder>");
    return 2;
}
