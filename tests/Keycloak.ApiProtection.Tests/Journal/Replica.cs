using System.Diagnostics;
using System.Net;
using Keycloak.ApiProtection.Tests.Notifications;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Journal;

/// <summary>Replicas of one API in the real pipeline: they share a realm, a clock and a journal.</summary>
internal static class Replica
{
    public static Task<ProtectedApp> StartAsync(
        DemoRealm realm,
        MemoryJournal journal,
        Action<RevocationJournalOptions>? share = null,
        Action<KeycloakBearerOptions>? configure = null) => ProtectedApp.StartAsync(
        services => services
            .AddKeycloakBearer(options =>
            {
                options.LoginClients.Add("storefront");
                configure?.Invoke(options);
            })
            .AddRevocationJournal(options =>
            {
                // The clock stands still while the application starts.
                options.StartTimeout = journal.IsDown ? TimeSpan.Zero : options.StartTimeout;
                share?.Invoke(options);
            })
            .Use(_ => journal),
        app => app.MapKeycloakEndpoints(),
        realm);

    public static IKeycloakRevocations Revocations(this ProtectedApp app) => app.Services.GetRequiredService<IKeycloakRevocations>();

    public static async Task<HttpStatusCode> StatusAsync(this ProtectedApp app, SignedToken token)
    {
        using var response = await app.GetAsync("/me", token);
        return response.StatusCode;
    }

    public static async Task<HttpStatusCode> LogoutStatusAsync(this ProtectedApp app, SignedToken token)
    {
        using var response = await app.LogoutAsync(token);
        return response.StatusCode;
    }

    /// <summary>Waits until the replica answers with a status. The clock advances by the pause between two reads.</summary>
    public static async Task BecomesAsync(this ProtectedApp app, HttpStatusCode status, SignedToken token) =>
        await app.UntilAsync(async () => await app.StatusAsync(token) == status);

    /// <summary>Waits until something holds, while the clock advances.</summary>
    public static Task UntilAsync(this ProtectedApp app, Func<Task<bool>> holds) => UntilAsync(app.Realm.Time, holds);

    /// <summary>
    /// Waits until something holds, while the clock advances: not faster than background work is done, because tokens expire.
    /// </summary>
    public static async Task UntilAsync(ManualTimeProvider time, Func<Task<bool>> holds)
    {
        var clock = Stopwatch.StartNew();
        for (var step = 0; !await holds(); await Task.Yield())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), "It did not happen within a minute.");
            if (clock.ElapsedMilliseconds / 5 > step)
            {
                step++;
                time.Advance(TimeSpan.FromMilliseconds(20));
            }
        }
    }
}
