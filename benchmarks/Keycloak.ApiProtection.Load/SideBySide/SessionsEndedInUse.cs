using System.Net;
using Gateway;
using Gateway.Realms;

namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>
/// Ends sessions while their tokens are in use, and checks whether they stay ended. Keycloak 26 can restore a session that is introspected
/// at the moment when it ends (keycloak/keycloak issue 51127): it reads the session from its database again before it is deleted there.
/// </summary>
internal static class SessionsEndedInUse
{
    /// <summary>The number of concurrent callers, like the concurrent requests of a page in a browser.</summary>
    public const int Callers = 4;

    private const int Times = 10;

    private static readonly TimeSpan Before = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(1);

    public static async Task<IReadOnlyList<EndedSessions>> MeasureAsync(ArticleSystem system, TimeSpan freshness)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var ended = new List<EndedSessions>();
        foreach (var act in Act.All)
        {
            foreach (var (way, address) in system.Ways)
            {
                var (accepted, refreshed) = (0, 0);
                for (var time = 0; time < Times; time++)
                {
                    var (isAccepted, isRefreshed) = await OneAsync(system, http, act, new Uri(address, "orders"), freshness);
                    accepted += isAccepted ? 1 : 0;
                    refreshed += isRefreshed ? 1 : 0;
                }

                ended.Add(new EndedSessions(act, way, Times, accepted, refreshed));
                Console.WriteLine(
                    $"{act}, {way}: of {Times} sessions, {accepted} access tokens still accepted, {refreshed} refresh tokens still valid");
            }
        }

        return ended;
    }

    private static async Task<(bool Accepted, bool Refreshed)> OneAsync(
        ArticleSystem system, HttpClient http, string act, Uri address, TimeSpan freshness)
    {
        var tokens = await system.Tokens.PasswordAsync("alice");
        using var stop = new CancellationTokenSource();
        var use = Enumerable.Range(0, Callers).Select(_ => UseAsync(http, address, tokens.Access, stop.Token)).ToArray();
        await Task.Delay(Before, TimeProvider.System);
        await Act.DoAsync(act, system.Tokens, tokens.Refresh!);
        await Task.Delay(act == Act.Logout ? After : freshness + After, TimeProvider.System);
        await stop.CancelAsync();
        await Task.WhenAll(use);
        return (await TokenUse.IsAcceptedAsync(http, address, tokens.Access), await IsGoodAsync(system.Tokens, tokens.Refresh!));
    }

    private static async Task UseAsync(HttpClient http, Uri address, string token, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            await TokenUse.IsAcceptedAsync(http, address, token, CancellationToken.None);
        }
    }

    private static async Task<bool> IsGoodAsync(TokenEndpoint endpoint, string refreshToken)
    {
        try
        {
            await endpoint.RefreshAsync(refreshToken);
            return true;
        }
        catch (HttpRequestException refused) when (refused.StatusCode == HttpStatusCode.BadRequest)
        {
            return false;
        }
    }
}
