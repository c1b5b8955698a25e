using System.Collections.Immutable;

namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>The acts after which a token must be refused, as the results name them.</summary>
internal static class Act
{
    public const string Logout = "logout";
    public const string Revocation = "revocation";

    public static ImmutableArray<string> All { get; } = [Logout, Revocation];
}
