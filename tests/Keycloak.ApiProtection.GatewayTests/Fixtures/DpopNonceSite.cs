namespace Keycloak.ApiProtection.GatewayTests.Fixtures;

/// <summary>A <see cref="DpopSite"/> whose check requires a nonce in each proof.</summary>
public sealed class DpopNonceSite : DpopSite
{
    protected override DpopNonceMode Nonce => DpopNonceMode.Required;
}
