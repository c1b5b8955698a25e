using Keycloak.ApiProtection.Journal;
using Keycloak.ApiProtection.Revocation;
using Keycloak.ApiProtection.Schemes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Benchmarks.Replicas;

/// <summary>An API that shares its revocations through a journal.</summary>
internal sealed class Replica : IAsyncDisposable
{
    // More than any measurement revokes, so that nothing is merged.
    private const int Capacity = 1_000_000;

    private readonly SharedRevocations? _shared;
    private readonly IAsyncDisposable? _database;

    private Replica(ProtectedApi api, bool hasJournal, IAsyncDisposable? database)
    {
        _database = database;
        Api = api;
        Scheme = api.Services.GetRequiredService<KeycloakSchemes>().Get(KeycloakBearerDefaults.AuthenticationScheme);
        _shared = hasJournal ? api.Services.GetRequiredService<SharedRevocations>() : null;
    }

    public ProtectedApi Api { get; }

    public KeycloakScheme Scheme { get; }

    public KeycloakRevocations Revocations => Scheme.Revocations;

    /// <summary>Creates an API. <see cref="StartAsync"/> reads the journal.</summary>
    /// <param name="cacheSize">The size of the cache of verified tokens.</param>
    /// <param name="select">Selects the journal; null for an API without one.</param>
    /// <param name="database">Disposed at the end; null for none.</param>
    public static Replica Create(int cacheSize, Action<RevocationJournalBuilder>? select, IAsyncDisposable? database = null) => new(
        ProtectedApi.Start(cacheSize, services =>
        {
            services.Configure<KeycloakBearerOptions>(
                KeycloakBearerDefaults.AuthenticationScheme, options => options.Revocation.Capacity = Capacity);
            select?.Invoke(
                new AuthenticationBuilder(services).AddRevocationJournal(options => options.StartTimeout = TimeSpan.FromMinutes(5)));
        }),
        select is not null,
        database);

    public Task StartAsync() => _shared?.StartAsync(CancellationToken.None) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await (_shared?.StopAsync(CancellationToken.None) ?? Task.CompletedTask);
        Api.Dispose();
        await (_database?.DisposeAsync() ?? default);
    }
}
