namespace Keycloak.ApiProtection.Realms;

/// <summary>Reads the realm's discovery document and its keys over HTTP.</summary>
internal sealed class RealmDocuments
{
    /// <summary>The primary handler of the back-channel client: follows no redirect and keeps no cookie.</summary>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };
}
