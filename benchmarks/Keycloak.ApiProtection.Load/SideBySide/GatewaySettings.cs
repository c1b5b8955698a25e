using System.Globalization;

namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>The settings of a comparison of the ways. Times are in seconds.</summary>
/// <param name="Seconds">The duration for each way in each round.</param>
/// <param name="Rounds">The number of rounds, without the warm-up.</param>
/// <param name="Connections">The number of connections of the load generator.</param>
/// <param name="WarmUp">
/// The duration of the warm-up for each way. Keycloak compiles frequently used code, too; without the warm-up, the results of the ways that
/// do not use Keycloak would look too good.
/// </param>
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
