using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Tests.Realms;

/// <summary>A logger that keeps all entries.</summary>
internal sealed class RecordingLogger : ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Event, string Text)> _entries = new();

    public IReadOnlyList<(LogLevel Level, string Event, string Text)> Entries => [.. _entries.Where(entry => entry.Level > LogLevel.Debug)];

    public int Count(string name) => Entries.Count(entry => entry.Event == name);

    public string Text(string name) => Assert.Single(Entries, entry => entry.Event == name).Text;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _entries.Enqueue((logLevel, eventId.Name!, formatter(state, exception)));
}
