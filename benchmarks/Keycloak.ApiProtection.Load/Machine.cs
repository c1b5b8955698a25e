using System.Runtime.InteropServices;

namespace Keycloak.ApiProtection.Load;

/// <summary>Describes the machine of the measurements.</summary>
internal static class Machine
{
    public static string Describe()
    {
        var processor = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo")
                .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1]
                .Trim()
            : null;
        return $"{Environment.ProcessorCount} cores ({processor ?? RuntimeInformation.ProcessArchitecture.ToString()}), "
            + $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}";
    }
}
