using System.Globalization;

namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>How long and how hard; times in seconds.</summary>
/// <param name="Seconds">For each way in each round.</param>
/// <param name="Rounds">Those that count.</param>
/// <param name="Connections">Of the load generator.</param>
/// <param name="WarmUp">For each way before the first round: Keycloak, too, compiles what it does often, and a cold one would flatter all who do not ask it.</param>
internal sealed record GatewaySettings(int Seconds, int Rounds, int Connections, int WarmUp)
{
    public static GatewaySettings Read(string[] args)
    {
        int Value(string name, int otherwise)
        {
            var at = Array.IndexOf(args, "--" + name);
            return at < 0 ? otherwise : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
        }

        return new GatewaySettings(Value("seconds", 3), Value("rounds", 3), Value("connections", 32), Value("warm-up", 20));
    }
}
